import { Plural, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { admin, type Row } from "../../connection/admin.ts";
import { Refused } from "../../connection/api.ts";
import { useAsk } from "../../connection/ask.ts";
import { Press } from "../../ui/controls.tsx";
import { Note } from "../../ui/Note.tsx";
import { toast } from "../../ui/toast.tsx";
import { Window } from "../../ui/Window.tsx";
import { Acts } from "./Acts.tsx";
import {
  changesOf,
  type Draft,
  type Page,
  pieces,
  type Rule,
  standsIn,
  valueAt,
  withValue,
} from "./kinds.ts";
import type { Known } from "./use-lists.ts";
import { Value } from "./Value.tsx";
import { called, problemWords, refusedWords } from "./words.ts";

interface Props {
  readonly page: Page;
  readonly place: string;
  /** undefined: a new one. */
  readonly row: Row | undefined;
  readonly known: Known;
  readonly may: boolean;
  /** Of a phone that was made a moment ago, to be read this once. */
  readonly password: string | null;
  /** A phone has this password from now on; null: nobody is to read it here. */
  readonly made: (id: string, password: string | null) => void;
  /** There are changes that would be lost, or there are none any more. */
  readonly holds: (unsaved: boolean) => void;
  /** Go to another page of the administration. */
  readonly go: (path: string) => void;
  /** Go to the thing, or to the list. */
  readonly done: (id?: string) => void;
}

/** One thing: its settings as sentences, saved together. */
export function Editor({ page, place, row, known, may, password, made, holds, go, done }: Props) {
  const { t } = useLingui();
  const before: Draft = row ?? { ...page.begin, ...page.beginIn?.(known.lists) };
  const [changed, setChanged] = useState<Draft>({});
  const { busy, problem, ask, clear } = useAsk();
  const [asks, setAsks] = useState(false);
  const now: Draft = { ...before, ...changed };
  const changes = changesOf(before, now);
  const count = Object.keys(changes).length;
  const title = row === undefined ? page.add : called(row);
  const unsaved = count > 0;
  useEffect(() => {
    if (!unsaved) return;
    // The browser asks in its own words whether the page may go.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);
  const keep = (draft: Draft): void => {
    setChanged(draft);
    holds(Object.keys(draft).length > 0);
  };
  const gone = (): void => {
    keep({});
    done();
  };
  const undo = (): void => {
    keep({});
    clear();
  };

  const carryOut = async (work: () => Promise<void>): Promise<void> => {
    clear();
    await ask(() =>
      work().catch(async (reason: unknown) => {
        if (reason instanceof Refused && reason.code === "out_of_date") {
          keep({});
          await known.again();
        }
        throw reason;
      }),
    );
  };
  const save = (): Promise<void> =>
    carryOut(async () => {
      const kept =
        row === undefined
          ? await admin.create(place, withoutEmpty(now))
          : await admin.change(place, row, changes);
      await known.again();
      keep({});
      toast(
        row === undefined
          ? t`It has been made.`
          : place === "network"
            ? t`It has been saved, for the next start.`
            : t`It has been saved, and holds from now on.`,
        "check",
        "ringing",
      );
      if (typeof kept["password"] === "string") made(kept.id, kept["password"]);
      if (row === undefined) done(kept.id);
    });
  const remove = (): Promise<void> =>
    carryOut(async () => {
      setAsks(false);
      if (row === undefined) return;
      await admin.remove(place, row);
      await known.again();
      toast(t`${title ?? ""} has been deleted.`, "check", "ringing");
      keep({});
      done();
    });

  // Not by its words: what is chosen in a sentence may change it, and the keyboard stays where it is.
  const show = (rule: Rule, at: number, all: readonly Rule[]) => (
    <div
      className="adm-rule"
      key={`${rule.title} ${all.slice(0, at).filter((one) => one.title === rule.title).length}`}
    >
      <h2>{rule.title}</h2>
      <div className="adm-say">
        {pieces(rule.text).map((piece) => {
          const kind = piece.field === undefined ? undefined : page.kinds[piece.field];
          return piece.field === undefined || kind === undefined ? (
            <span key={piece.key}>{piece.text}</span>
          ) : (
            <span key={piece.key} className="v-whole">
              {piece.opens}
              <Value
                kind={kind}
                value={valueAt(now, piece.field)}
                lists={known.lists}
                rights={known.rights}
                label={label(rule, piece.field)}
                changed={
                  JSON.stringify(valueAt(now, piece.field)) !== JSON.stringify(valueAt(before, piece.field))
                }
                fixed={!may}
                change={(value) => {
                  const field = piece.field ?? "";
                  const next = withValue(now, field, value);
                  keep(changesOf(before, page.settle?.(next, field) ?? next));
                }}
              />
              {piece.closes}
            </span>
          );
        })}
        {problem?.errors
          .filter((one) => standsIn(rule.text, one.field))
          .map((one) => (
            <Note kind="problem" key={one.field}>
              {problemWords(one.code, one.args)}
            </Note>
          ))}
      </div>
    </div>
  );

  return (
    <section className="adm-set">
      <header>
        <h1>{title}</h1>
        {row !== undefined && (page.add !== undefined || page.several === true) && (
          <Press className="btn" data-kind="plain" onPress={() => done()}>
            {t`All: ${page.title}`}
          </Press>
        )}
      </header>
      {page.rules(now, row === undefined).map(show)}
      {row !== undefined && <Acts {...{ place, row, may, known, password, made, go, gone }} />}
      {problem !== null && (
        <div className="adm-refused" ref={intoView}>
          <Note kind="problem">{refusedWords(problem.code, problem.args)}</Note>
        </div>
      )}
      {may && (
        <div className="adm-save">
          <p>
            {row === undefined ? (
              t`What is not asked here can be set afterwards.`
            ) : count === 0 ? (
              place === "network" ? (
                t`Changes hold from the next start.`
              ) : (
                t`Changes hold at once for everybody who works.`
              )
            ) : (
              <Plural value={count} one="# change" other="# changes" />
            )}
          </p>
          {row !== undefined && page.add !== undefined && page.stays !== true && (
            <Press className="btn" data-kind="plain" onPress={() => setAsks(true)} busy={busy}>
              {t`Delete`}
            </Press>
          )}
          {row === undefined ? (
            <Press className="btn" onPress={() => done()}>{t`Cancel`}</Press>
          ) : (
            <Press
              className="btn"
              onPress={undo}
              off={count === 0 ? t`Nothing has been changed.` : undefined}
            >
              {t`Undo`}
            </Press>
          )}
          <Press
            className="btn"
            data={{ "data-kind": "primary" }}
            onPress={() => void save()}
            busy={busy}
            off={count === 0 && row !== undefined ? t`Nothing has been changed.` : undefined}
          >
            {row === undefined ? t`Make` : t`Save`}
          </Press>
        </div>
      )}
      <Window
        title={t`Delete ${title ?? ""}?`}
        open={asks}
        close={() => setAsks(false)}
        alert
        acts={
          <>
            <Press className="btn" onPress={() => setAsks(false)}>{t`No`}</Press>
            <Press className="btn" data={{ "data-kind": "danger" }} onPress={() => void remove()} busy={busy}>
              {t`Delete`}
            </Press>
          </>
        }
      >
        <p>{t`This cannot be undone.`}</p>
      </Window>
    </section>
  );
}

/** What a value is, for who listens: the title of its sentence, and the words before it. */
function label(rule: Rule, field: string): string {
  const before = rule.text.slice(0, rule.text.indexOf(`[${field}]`)).replace(/\[[a-z_.]+\]/g, "…");
  return `${rule.title}: ${before.split(/[.;]/).at(-1)?.trim() ?? ""}`.replace(/: $/, "");
}

/** What was refused is read, also where the page is longer than the screen. */
function intoView(note: HTMLElement | null): void {
  note?.scrollIntoView?.({ block: "nearest" });
}

/** Nothing said is nothing sent: the server has its defaults. */
function withoutEmpty(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== null && value !== ""));
}
