import { type ComponentProps, type ReactElement, type ReactNode, Suspense, useState } from 'react'

/** What the loaded menu takes over from the button that stood in for it. */
export type MenuHandover = { trigger: ReactElement; defaultOpen: boolean }

/** A button that is there at once while the code of its menu loads; a press or the focus in between is not lost. */
export function LazyMenu({
  renderButton,
  renderMenu,
}: {
  renderButton: (props: Pick<ComponentProps<'button'>, 'autoFocus' | 'aria-haspopup' | 'onClick' | 'onFocus' | 'onBlur'>) => ReactElement
  renderMenu: (handover: MenuHandover) => ReactNode
}) {
  const [pressed, setPressed] = useState(false)
  const [focused, setFocused] = useState(false)
  return (
    <Suspense
      fallback={renderButton({
        'aria-haspopup': 'menu',
        onClick: () => setPressed(true),
        onFocus: () => setFocused(true),
        onBlur: () => setFocused(false),
      })}
    >
      {renderMenu({ trigger: renderButton({ autoFocus: focused }), defaultOpen: pressed })}
    </Suspense>
  )
}
