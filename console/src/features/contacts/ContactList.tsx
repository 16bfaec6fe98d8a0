import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, memo, startTransition, useEffect, useMemo, useRef, useState } from "react";
import type { ContactSearch } from "../../connection/contacts.ts";
import { useEntities, useStaleSince } from "../../connection/desk.tsx";
import {
  type Bars,
  DIGITS_MIN,
  FOUND_MAX,
  LETTERS_MIN,
  maySearch,
  nameOf,
  type Person,
  sections,
  telephoneOf,
} from "../../model/contacts.ts";
import { phoneNumber } from "../../model/format.ts";
import { me } from "../../model/select.ts";
import type { ContactGroup } from "../../model/wire.ts";
import { refusal } from "../../text/refusals.ts";
import { countedFrom, STATUS } from "../../text/words.ts";
import { announce } from "../../ui/announce.tsx";
import { Press } from "../../ui/controls.tsx";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon, Shape } from "../../ui/Icon.tsx";
import { Note } from "../../ui/Note.tsx";
import { CallAct, ChatAct, MailAct, useWays, type Ways } from "../../ui/PersonActs.tsx";
import { BarChips } from "./BarChips.tsx";
import { StarAct } from "./StarAct.tsx";
import "./contacts.css";

interface Props {
  readonly typed: string;
  readonly type: (typed: string) => void;
  readonly bars: Bars;
  readonly tick: (bars: Bars) => void;
  readonly search: ContactSearch;
  readonly groups: readonly ContactGroup[];
  readonly selected: string | null;
  readonly select: (person: Person | null) => void;
  readonly star: (person: Person) => void;
  readonly add: () => void;
  /** Import and export. */
  readonly files: () => void;
}

const [letters, digits] = [LETTERS_MIN, DIGITS_MIN];

/** The address book (3.3): favourites on top, the others under their initial, filtered by two bars and by typing. */
export function ContactList(props: Props) {
  const { typed, type, bars, tick, search, groups, selected, select, star, add, files } = props;
  const { t } = useLingui();
  const agents = useEntities((known) => known.agent);
  const mine = useEntities((known) => me(known)?.id);
  const ways = useWays();
  const may = useEntities((known) => me(known)?.rights.includes("contacts.change") ?? false);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const searching = maySearch(typed);
  const { favourites, others } = useMemo(
    () => sections(agents, mine, search.page, groups, bars, typed),
    [agents, mine, search.page, groups, bars, typed],
  );
  const count = favourites.length + others.reduce((sum, [, people]) => sum + people.length, 0);
  const asking = searching && search.asking;
  useEffect(() => {
    // Said when it has come to rest, not at each letter.
    if (!searching || asking) return undefined;
    const later = setTimeout(() => announce(t`${count} found`), 600);
    return () => clearTimeout(later);
  }, [searching, asking, count, t]);

  function onKey(event: KeyboardEvent): void {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("button.cmain") ?? [])];
    const here = (document.activeElement as HTMLElement | null)?.closest(".crow");
    const at = rows.findIndex((row) => row.closest(".crow") === here);
    const inField = document.activeElement === field.current;
    const to = {
      ArrowDown: rows[at + 1],
      ArrowUp: inField ? undefined : at <= 0 ? field.current : rows[at - 1],
      Home: inField ? undefined : rows[0],
      End: inField ? undefined : rows.at(-1),
    }[event.key];
    if (to) {
      event.preventDefault();
      to.focus();
    } else if (event.key === "Escape" && typed !== "") {
      event.preventDefault();
      type("");
      field.current?.focus();
    }
  }

  const room = useRoom(search.answers);
  const places = new Map(
    [...favourites, ...others.flatMap(([, people]) => people)].map((p, at) => [p.id, at]),
  );
  const row = (person: Person) =>
    (places.get(person.id) ?? 0) >= room ? null : (
      <Row
        key={person.id}
        person={person}
        groups={groups}
        selected={person.id === selected}
        select={select}
        star={star}
        ways={ways}
      />
    );
  return (
    <div className="contacts" onKeyDown={onKey}>
      <search className="chead">
        <div className="csearch">
          <Icon name="search" />
          <input
            ref={field}
            className="input"
            type="search"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            aria-label={t`Search contacts`}
            placeholder={t`Search (at least ${letters} characters)`}
            value={typed}
            onChange={(event) => type(event.target.value)}
          />
          {may && (
            <Press className="btn" onPress={add}>
              <Icon name="plus" size={16} />
              {t`New contact`}
            </Press>
          )}
          {may && <Press className="btn" onPress={files}>{t`File`}</Press>}
        </div>
        <BarChips bars={bars} tick={tick} groups={groups} />
      </search>
      {search.problem !== null && (
        <div className="pane-note">
          <Note kind="problem">{refusal(search.problem.code, search.problem.args)}</Note>
          <Press className="btn" onPress={search.again}>{t`Try again`}</Press>
        </div>
      )}
      <div ref={list} aria-busy={asking}>
        {favourites.length > 0 && (
          <section aria-label={t`Favourites`}>
            <h2 className="letter">
              <Icon name="star-on" size={16} />
              {t`Favourites`}
            </h2>
            {favourites.map(row)}
          </section>
        )}
        {favourites.length > 0 && others.length > 0 && <h2 className="letter">{t`Others`}</h2>}
        {others.map(([letter, people]) => (
          <section key={letter} aria-label={letter}>
            <h3 className="letter">{letter}</h3>
            {people.map(row)}
          </section>
        ))}
      </div>
      {search.page.found.length >= FOUND_MAX && searching && (
        <p className="more-than">{t`There are more. Type more to see them.`}</p>
      )}
      {count === 0 &&
        (asking || (search.asking && search.answers === "") ? (
          <div className="bones" role="status" aria-label={t`Loading`}>
            <i />
            <i />
            <i />
            <i />
          </div>
        ) : (
          <Empty typed={typed.trim()} bars={bars} searching={searching} />
        ))}
      {count > 0 && !searching && (
        <p className="more-than">
          {typed === ""
            ? t`Type to search everybody, also by number.`
            : t`Type at least ${letters} letters or ${digits} digits.`}
        </p>
      )}
    </div>
  );
}

/** What fits on a screen; the rows below it are drawn a frame later. */
const AT_ONCE = 16;

/** How many rows are drawn now: those in sight first, so that they are there sooner. */
function useRoom(answer: string): number {
  const [drawn, setDrawn] = useState<string | null>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => startTransition(() => setDrawn(answer)));
    return () => cancelAnimationFrame(frame);
  }, [answer]);
  return drawn === answer ? Number.POSITIVE_INFINITY : AT_ONCE;
}

function Empty({ typed, bars, searching }: { typed: string; bars: Bars; searching: boolean }) {
  const { t } = useLingui();
  const closed = [
    !bars.signedIn && t`Signed in`,
    !bars.signedOut && t`Signed out`,
    !bars.external && t`External`,
  ].filter((name) => name !== false);
  const names = closed.join(", ");
  return (
    <div className="empty" role="status">
      <b>{searching ? t`Nobody found for "${typed}"` : t`Nobody to show`}</b>
      {closed.length > 0
        ? t`Turn on ${names} to look further.`
        : bars.groups !== "all"
          ? t`Turn on All to look in every group.`
          : searching
            ? t`Look for a part of a name, a function or a number.`
            : t`Type at least ${letters} letters or ${digits} digits.`}
    </div>
  );
}

interface RowProps {
  readonly person: Person;
  readonly groups: readonly ContactGroup[];
  readonly selected: boolean;
  readonly select: Props["select"];
  readonly star: Props["star"];
  readonly ways: Ways;
}

const Row = memo(
  function Row({ person, groups, selected, select, star, ways }: RowProps) {
    const name = nameOf(person);
    const number = person.kind === "colleague" ? person.agent.extension : person.contact.numbers[0];
    const below = line(person, groups);
    return (
      <div className="crow" data-selected={selected ? "" : undefined}>
        <Press className="cmain" aria-pressed={selected} onPress={() => select(selected ? null : person)}>
          <Mark person={person} />
          <span className="nm">
            <span className="cut" title={name}>
              {name}
            </span>
            {below !== "" && (
              <span className="sub cut" title={below}>
                {below}
              </span>
            )}
          </span>
          <Status person={person} />
          <span className="no num">{number ? phoneNumber(number) : ""}</span>
        </Press>
        <span className="cacts">
          <CallAct person={person} ways={ways} />
          <ChatAct person={person} ways={ways} />
          <MailAct person={person} />
          <StarAct person={person} star={star} />
        </span>
      </div>
    );
  },
  (a, b) =>
    a.selected === b.selected &&
    a.groups === b.groups &&
    a.select === b.select &&
    a.star === b.star &&
    a.ways === b.ways &&
    a.person.starred === b.person.starred &&
    (a.person.kind === "colleague"
      ? b.person.kind === "colleague" && a.person.agent === b.person.agent
      : b.person.kind === "contact" &&
        a.person.id === b.person.id &&
        // Each answer brings new objects; the same version is the same contact.
        a.person.contact.version === b.person.contact.version),
);

/** What stands below the name: function and groups. */
export function line(person: Person, groups: readonly ContactGroup[]): string {
  if (person.kind === "colleague") {
    return groups
      .filter((group) => group.people.includes(person.id))
      .map((group) => group.name)
      .join(", ");
  }
  const { group } = person.contact;
  const where = groups.find((one) => one.id === group)?.name;
  return [person.contact.function, where].filter((part) => part).join(", ");
}

function Mark({ person }: { person: Person }) {
  if (person.kind === "contact") return <Icon name={person.contact.internal ? "user" : "globe"} size={16} />;
  const { tone } = STATUS[person.agent.status];
  return <Shape as={tone} tone={tone} />;
}

/** The status, live, of who has a log-in or a telephone here (3.3-h, 3.3-i, D11); of others what they are (3.3-j). */
export function Status({ person }: { person: Person }) {
  const { t, i18n } = useLingui();
  const staleSince = useStaleSince();
  // Who has no log-in is known by the telephone, where the number is one of ours.
  const known = useEntities((all) =>
    person.kind === "contact" ? telephoneOf(all, person.contact) : person.agent,
  );
  if (known === null) {
    const internal = person.kind === "contact" && person.contact.internal;
    return <span className="st cut">{internal ? t`Internal` : t`External`}</span>;
  }
  if (typeof known === "string") {
    return (
      <span className="st cut" data-tone={STATUS[known].tone}>
        {i18n._(STATUS[known].word)}
      </span>
    );
  }
  const agent = known;
  const { word, tone } = STATUS[agent.status];
  const from = countedFrom(agent);
  return (
    <span className="st cut" data-tone={tone}>
      {i18n._(word)}
      {agent.pause !== null && ` (${agent.pause})`}{" "}
      {from !== null && <Elapsed since={from} frozenAt={staleSince} />}
    </span>
  );
}
