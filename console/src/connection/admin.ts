import type { AdminOverview, AuditPage, DevicePassword, LdapImported } from "../model/wire.ts";
import { json, send } from "./api.ts";

/** One thing as docs/admin/rest.md has it: plain values by name of field. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: string };

/** A recording of an announcement on a telephone: where it is, and on which telephones one can be made. */
export interface Take {
  readonly state: "ringing" | "recording" | "listening" | "done" | "kept" | "failed" | null;
  readonly wrong: string | null;
  readonly device: string | null;
  /** Names what can be listened to; null: nothing. */
  readonly take: string | null;
  readonly on_the_line: boolean;
  /** Id of the telephone that I am paired with; null: none that can be rung. */
  readonly own: string | null;
  /** Others, that nobody uses. */
  readonly telephones: readonly { readonly id: string; readonly name: string }[];
}

/** The organisations stand above all others. */
const of = (resource: string): string =>
  resource === "organisations" ? "provider/organisations" : `admin/${resource}`;
const at = (resource: string, id: string): string => `${of(resource)}/${encodeURIComponent(id)}`;

const takeOf = (id: string): string => `announcements/${encodeURIComponent(id)}/telephone`;

export const admin = {
  overview: () => json<AdminOverview>(send("GET", "admin")),
  rights: async () => (await json<{ rights: string[] }>(send("GET", "admin/rights"))).rights,
  rows: async (resource: string) => (await json<{ rows: Row[] }>(send("GET", of(resource)))).rows,
  create: (resource: string, fields: object) => json<Row>(send("POST", of(resource), fields)),
  change: (resource: string, row: Row, fields: object) =>
    json<Row>(send("PATCH", at(resource, row.id), fields, row.version)),
  remove: async (resource: string, row: Row): Promise<void> => {
    await send("DELETE", at(resource, row.id), undefined, row.version);
  },
  /** For good, with all that was ever kept of it; `name` says that it is meant. */
  removeOrganisation: async (row: Row, name: string): Promise<void> => {
    const place = `${at("organisations", row.id)}?name=${encodeURIComponent(name)}`;
    await send("DELETE", place, undefined, row.version);
  },
  /** Something is done with it: `invitation`, `log_out`, `release`. */
  act: async (resource: string, id: string, what: string): Promise<void> => {
    await send("POST", `${at(resource, id)}/${what}`);
  },
  /** Ring a number over that trunk; what comes of it stands in the trunk's `test`. */
  testCall: async (trunk: string, number: string): Promise<void> => {
    await send("POST", `${at("trunks", trunk)}/test`, { number });
  },
  /** What would become of the entries of that directory (`try`), or take them (`import`). */
  directory: (id: string, what: "try" | "import") =>
    json<LdapImported>(send("POST", `${at("ldap", id)}/${what}`)),
  /** Where an announcement can be heard; another version of it has another address. */
  sound: (id: string, version: string): string =>
    `/api/announcements/${encodeURIComponent(id)}/sound?v=${version}`,
  /** This sound in the place of what is heard. */
  record: async (id: string, sound: Blob): Promise<void> => {
    await send("PUT", `announcements/${encodeURIComponent(id)}/sound`, sound);
  },
  /** Our voice again. */
  ownVoice: async (id: string): Promise<void> => {
    await send("DELETE", `announcements/${encodeURIComponent(id)}/sound`);
  },
  take: (id: string) => json<Take>(send("GET", takeOf(id))),
  /** Ring a telephone to record on it; null: my own. */
  ring: (id: string, telephone: string | null) => json<Take>(send("POST", takeOf(id), { telephone })),
  keepTake: (id: string) => json<Row>(send("PUT", takeOf(id))),
  /** Hangs up too. */
  throwAway: async (id: string): Promise<void> => {
    await send("DELETE", takeOf(id));
  },
  takeSound: (id: string, take: string): string => `/api/${takeOf(id)}/sound?v=${encodeURIComponent(take)}`,
  newPassword: async (device: string) =>
    (await json<DevicePassword>(send("POST", `${at("devices", device)}/password`))).password,
  /** The file for that make of telephone, with a new password in it. */
  settingsFile: async (device: string, maker: string): Promise<Blob> =>
    (await send("POST", `${at("devices", device)}/settings/${maker}`)).blob(),
  audit: (where: { resource?: string; thing?: string; user?: string; before?: string | null }) => {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries(where)) if (value) asked.set(key, value);
    return json<AuditPage>(send("GET", `admin/audit?${asked}`));
  },
};
