import { useLingui } from "@lingui/react/macro";
import {
  Button,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from "react-aria-components";
import { initials } from "../../model/format.ts";
import type { SessionInfo } from "../../model/wire.ts";
import { LANGUAGES, THEMES } from "../../text/taste.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";

type Theme = SessionInfo["theme"];
type Language = SessionInfo["language"];

/** An entry that only some pages have. */
export interface MenuAct {
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly act?: () => void;
  /** A page of ours instead of something that is done here. */
  readonly href?: string;
  /** That page comes in a tab of its own: this one has to stay. */
  readonly newTab?: boolean;
}

/** Taking a pause, with one of the organisation's reasons (D11). */
export interface PauseChoice {
  readonly reasons: readonly string[];
  /** The present one; null: working. */
  readonly now: string | null;
  readonly pause: (reason: string) => void;
  readonly back: () => void;
}

interface Props {
  readonly name: string;
  readonly language: Language;
  readonly theme: Theme;
  readonly acts?: readonly MenuAct[];
  readonly pause?: PauseChoice | undefined;
  readonly setLanguage: (language: Language) => void;
  readonly setTheme: (theme: Theme) => void;
  readonly logOut: () => void;
}

/** What belongs to the person: language, appearance, logging out (4-a). */
export function UserMenu({ name, language, theme, acts = [], pause, setLanguage, setTheme, logOut }: Props) {
  const { t, i18n } = useLingui();
  return (
    <MenuTrigger>
      <Button className="top-item" aria-label={t`Menu of ${name}`}>
        <span className="avatar" aria-hidden="true">
          {initials(name)}
        </span>
        <b className="cut">{name}</b>
        <Icon name="chevron" size={16} />
      </Button>
      <Popover className="pop" placement="bottom end">
        <Menu>
          {pause !== undefined && (
            <MenuSection
              selectionMode="single"
              selectedKeys={pause.now === null ? [] : [`pause-${pause.now}`]}
              onSelectionChange={(keys) => {
                const reason = pause.reasons.find((one) => keys !== "all" && keys.has(`pause-${one}`));
                if (reason === undefined) pause.back();
                else pause.pause(reason);
              }}
            >
              <Header className="pop-head">{t`Pause`}</Header>
              {pause.reasons.map((reason) => (
                <Choice key={reason} id={`pause-${reason}`} text={reason} />
              ))}
            </MenuSection>
          )}
          {pause !== undefined && <Separator className="item-line" />}
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[language]}
            onSelectionChange={(keys) => keys !== "all" && setLanguage([...keys][0] as Language)}
          >
            <Header className="pop-head">{t`Language`}</Header>
            {Object.entries(LANGUAGES).map(([id, name]) => (
              <Choice key={id} id={id} text={name} />
            ))}
          </MenuSection>
          <Separator className="item-line" />
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[theme]}
            onSelectionChange={(keys) => keys !== "all" && setTheme([...keys][0] as Theme)}
          >
            <Header className="pop-head">{t`Appearance`}</Header>
            {Object.entries(THEMES).map(([id, word]) => (
              <Choice key={id} id={id} text={i18n._(word)} />
            ))}
          </MenuSection>
          <Separator className="item-line" />
          {acts.map((one) => (
            <MenuItem
              key={one.id}
              id={one.id}
              className="item"
              {...(one.act !== undefined && { onAction: one.act })}
              {...(one.href !== undefined && { href: one.href })}
              {...(one.newTab && { target: "_blank", rel: "noopener" })}
            >
              <Icon name={one.icon} />
              <span className="grow">{one.text}</span>
            </MenuItem>
          ))}
          <MenuItem id="log-out" className="item" onAction={logOut}>
            <Icon name="leave" />
            <span className="grow">{t`Log out`}</span>
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function Choice({ id, text }: { id: string; text: string }) {
  return (
    <MenuItem id={id} className="item" textValue={text}>
      {({ isSelected }) => (
        <>
          <span className="grow">{text}</span>
          {isSelected && <Icon name="check" size={16} />}
        </>
      )}
    </MenuItem>
  );
}
