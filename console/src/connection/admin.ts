import type { AdminOverview, AdminProblem, AuditPage, DevicePassword, FieldProblem } from "../model/wire.ts";

/** One thing as docs/admin/rest.md has it: plain values by name of field. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: string };

/** The administration's no: a code with arguments, and what is wrong with which field. */
export class AdminRefused extends Error {
  readonly code: string;
  readonly args: Readonly<Record<string, string>>;
  readonly errors: readonly FieldProblem[];

  constructor(problem: Partial<AdminProblem>) {
    super(problem.code ?? "unreachable");
    this.code = problem.code ?? "unreachable";
    this.args = problem.args ?? {};
    this.errors = problem.errors ?? [];
  }
}

async function send(method: string, path: string, body?: unknown, version?: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/admin${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        // A form on a foreign page cannot set this header, so it cannot act in this person's name.
        "X-Cordboard": "1",
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(version !== undefined && { "If-Match": `"${version}"` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new AdminRefused({});
  }
  if (response.ok) return response;
  throw new AdminRefused(((await response.json().catch(() => null)) ?? {}) as Partial<AdminProblem>);
}

async function json<T>(answer: Promise<Response>): Promise<T> {
  return (await (await answer).json()) as T;
}

const at = (resource: string, id: string): string => `/${resource}/${encodeURIComponent(id)}`;

export const admin = {
  overview: () => json<AdminOverview>(send("GET", "")),
  rights: async () => (await json<{ rights: string[] }>(send("GET", "/rights"))).rights,
  rows: async (resource: string) => (await json<{ rows: Row[] }>(send("GET", `/${resource}`))).rows,
  create: (resource: string, fields: object) => json<Row>(send("POST", `/${resource}`, fields)),
  change: (resource: string, row: Row, fields: object) =>
    json<Row>(send("PATCH", at(resource, row.id), fields, row.version)),
  remove: async (resource: string, row: Row): Promise<void> => {
    await send("DELETE", at(resource, row.id), undefined, row.version);
  },
  /** Something is done with it: `invitation`, `log_out`, `release`. */
  act: async (resource: string, id: string, what: string): Promise<void> => {
    await send("POST", `${at(resource, id)}/${what}`);
  },
  newPassword: async (device: string) =>
    (await json<DevicePassword>(send("POST", `${at("devices", device)}/password`))).password,
  /** The file for that make of telephone, with a new password in it. */
  settingsFile: async (device: string, maker: string): Promise<Blob> =>
    (await send("POST", `${at("devices", device)}/settings/${maker}`)).blob(),
  audit: (where: { resource?: string; thing?: string; before?: string | null }) => {
    const asked = new URLSearchParams();
    for (const [key, value] of Object.entries(where)) if (value) asked.set(key, value);
    return json<AuditPage>(send("GET", `/audit?${asked}`));
  },
};
