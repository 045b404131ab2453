import type { ListMembers } from '@carrel/api/schema/members'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { Api } from '#lib/rpc.ts'
import { useWorkspace } from '#lib/workspace.ts'

type Filter = Pick<ListMembers, 'query' | 'role' | 'teamId'>

export function memberListOptions(api: Api, filter: Filter) {
  return api.members.list.infiniteOptions({
    input: (cursor: string | undefined) => ({ ...filter, limit: 50, ...(cursor === undefined ? {} : { cursor }) }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useMemberList(filter: Filter) {
  const { api } = useWorkspace()
  const list = useInfiniteQuery(memberListOptions(api, filter))
  return { list, members: list.data?.pages.flatMap((page) => page.items), total: list.data?.pages[0]?.total }
}
