import { useLingui } from "@lingui/react/macro";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useAct, useEntities, useLine } from "../../connection/desk.tsx";
import { me } from "../../model/select.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** Whether this person can ask for practice callers (demo organisation). */
export function useMayPractise(): boolean {
  return useEntities((all) => {
    const mine = me(all);
    return mine?.practice === true && mine.rights.includes("practice.call");
  });
}

/** Ask for callers that are not people, to learn the work or to show it. */
export function PracticeMenu() {
  const { t } = useLingui();
  const { act } = useAct();
  const may = useMayPractise();
  const connected = useLine().state === "connected";
  if (!may || !connected) return null;
  return (
    <MenuTrigger>
      <Button className="round-44" aria-label={t`Practice callers`}>
        <Icon name="phone-plus" />
      </Button>
      <Popover className="pop" placement="bottom end">
        <Menu aria-label={t`Practice callers`}>
          <MenuItem className="item" onAction={() => void act("practice.call")}>
            <Icon name="phone-plus" />
            <span className="grow">{t`One practice caller`}</span>
          </MenuItem>
          <MenuItem className="item" onAction={() => void act("practice.call", { count: "3" })}>
            <Icon name="users" />
            <span className="grow">{t`Three at once`}</span>
          </MenuItem>
          <MenuItem className="item" onAction={() => void act("practice.call", { urgent: "true" })}>
            <Icon name="alert" />
            <span className="grow">{t`An urgent one`}</span>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** The same where there is nothing else to see yet. */
export function PracticeButton() {
  const { t } = useLingui();
  const { act, busy } = useAct();
  const connected = useLine().state === "connected";
  return (
    <Press
      className="btn"
      busy={busy}
      off={connected ? undefined : t`No connection to the server`}
      onPress={() => void act("practice.call")}
    >
      <Icon name="phone-plus" />
      {t`Let a practice caller ring`}
    </Press>
  );
}
