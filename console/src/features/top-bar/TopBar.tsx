import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useAct, useEntities, useLine } from "../../connection/desk.tsx";
import { me, myDevice } from "../../model/select.ts";
import { useAudio } from "../../softphone/use.tsx";
import { Press } from "../../ui/controls.tsx";
import { Brand, Icon, Shape, type Tone } from "../../ui/Icon.tsx";
import { useGroup } from "../../ui/use-group.tsx";
import { AlarmList } from "./AlarmList.tsx";

interface Props {
  readonly userMenu: ReactNode;
  readonly chooseDevice: () => void;
  readonly testDevice: () => void;
}

/** The bar above everything: whose office, which group, which phone, who. */
export function TopBar({ userMenu, chooseDevice, testDevice }: Props) {
  const organisation = useEntities((all) => me(all)?.organisation);
  return (
    <header className="top">
      <h1 className="vh">Operator</h1>
      <Brand organisation={organisation} />
      <AlarmList />
      <GroupMenu />
      <DeviceStatus chooseDevice={chooseDevice} testDevice={testDevice} />
      {userMenu}
    </header>
  );
}

/** The current group, and the others one click away (1.3); nothing for who has only one. */
function GroupMenu() {
  const { t } = useLingui();
  // Not the whole of me: that changes with every call.
  const groups = useEntities((all) => me(all)?.groups ?? []);
  const chosen = useEntities((all) => me(all)?.group ?? null);
  const { choose, question } = useGroup();
  const lost = useLine().state !== "connected";
  if (groups.length < 2) return null;
  const current = groups.find((group) => group.id === chosen);
  return (
    <>
      <MenuTrigger>
        <Button className="top-item" isDisabled={lost}>
          {t`Group:`} <b className="cut">{current?.name}</b>
          <Icon name="chevron" size={16} />
        </Button>
        <Popover className="pop" placement="bottom end">
          <Menu
            aria-label={t`Group`}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={chosen === null ? [] : [chosen]}
            onSelectionChange={(keys) => {
              const picked = groups.find((group) => keys !== "all" && keys.has(group.id));
              if (picked !== undefined && picked.id !== chosen) choose(picked);
            }}
          >
            {groups.map((group) => (
              <MenuItem key={group.id} id={group.id} className="item" textValue={group.name}>
                {({ isSelected }) => (
                  <>
                    <Icon name="group" />
                    <span className="grow cut">{group.name}</span>
                    {isSelected && <Icon name="check" size={16} />}
                  </>
                )}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      {question}
    </>
  );
}

/** Which phone, and whether it can be rung. */
function DeviceStatus({ chooseDevice, testDevice }: Omit<Props, "userMenu">) {
  const { t } = useLingui();
  const device = useEntities(myDevice);
  const audio = useAudio();
  const lost = useLine().state !== "connected";
  const { act } = useAct();
  if (device === undefined) {
    return (
      <Press
        className="top-item"
        onPress={chooseDevice}
        off={lost ? t`No connection to the server` : undefined}
      >
        <Shape as="away" tone="away" />
        <b>{t`No phone`}</b>
        {t`choose one`}
      </Press>
    );
  }
  const [tone, word]: [Tone, string] = lost
    ? ["urgent", t`state unknown`]
    : device.registered
      ? ["free", t`connected`]
      : device.kind === "web" && audio.phone === "connecting"
        ? ["ringing", t`connecting`]
        : ["urgent", t`not connected`];
  return (
    <MenuTrigger>
      <Button className="top-item" isDisabled={lost}>
        <Shape as={tone} tone={tone} />
        <b className="cut">{device.name}</b>
        {word}
      </Button>
      <Popover className="pop" placement="bottom end">
        <Menu aria-label={t`Phone`}>
          {device.kind === "web" ? (
            <MenuItem className="item" onAction={testDevice}>
              <Icon name="headset" />
              <span className="grow">{t`Test sound and phone`}</span>
            </MenuItem>
          ) : null}
          <MenuItem className="item" onAction={chooseDevice}>
            <Icon name="phone" />
            <span className="grow">{t`Choose another phone`}</span>
          </MenuItem>
          <MenuItem className="item" onAction={() => void act("device.unpair")}>
            <Icon name="leave" />
            <span className="grow">{t`Log out on this phone`}</span>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
