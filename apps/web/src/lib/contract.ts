import type { Client } from '@orpc/client'
import type { Account } from '@carrel/api/schema/account'
import type { BookDetail, BookPage, BookSort, SearchResult } from '@carrel/api/schema/books'
import type { ServerEvent } from '@carrel/api/schema/events'
import type { AllowedRoot, AssignRoot, FolderListing, Root } from '@carrel/api/schema/folders'
import type { Library, LibraryDetail, UpdateLibrary, Visibility } from '@carrel/api/schema/libraries'
import type { CreateOrganization, Organization } from '@carrel/api/schema/organizations'
import type { MarkRead } from '@carrel/api/schema/reading'
import type { FileProblem, Scan } from '@carrel/api/schema/scans'
import type { CreateOperator, InstanceStatus } from '@carrel/api/schema/setup'

type Call<Input, Output> = Client<Record<never, never>, Input, Output, Error>
type None = Record<never, never>

/** Stand-in until `RouterClient<Router>` of @carrel/api exists. */
export type ApiClient = {
  setup: { status: Call<void, InstanceStatus>; createOperator: Call<CreateOperator, None> }
  account: { get: Call<void, Account> }
  organizations: { create: Call<CreateOrganization, Organization> }
  folders: { roots: Call<void, Root[]>; list: Call<{ path: string }, FolderListing> }
  roots: { list: Call<void, AllowedRoot[]>; assign: Call<AssignRoot, None>; unassign: Call<AssignRoot, None> }
  libraries: {
    list: Call<void, Library[]>
    get: Call<{ libraryId: string }, LibraryDetail>
    create: Call<{ name: string; visibility?: Visibility; folders: string[] }, Library>
    update: Call<UpdateLibrary, Library>
    delete: Call<{ libraryId: string }, None>
    scan: Call<{ libraryId: string }, Scan>
  }
  books: {
    list: Call<{ libraryId?: string; sort?: BookSort; cursor?: string; limit?: number }, BookPage>
    get: Call<{ bookId: string }, BookDetail>
    search: Call<{ query: string; libraryId?: string; limit?: number }, SearchResult>
    prioritizeCovers: Call<{ bookIds: string[] }, None>
  }
  reading: { mark: Call<MarkRead, None> }
  scans: {
    problems: Call<
      { libraryId: string; cursor?: string; limit?: number },
      { items: FileProblem[]; nextCursor: string | null; total: number }
    >
  }
  events: { stream: Call<void, AsyncIterable<ServerEvent>> }
}
