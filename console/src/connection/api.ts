import type {
  AdminProblem,
  CallBackNumber,
  CallBackPage,
  CallLog,
  Confirmation,
  FieldProblem,
  ForgottenAnswer,
  HistoryKind,
  HistoryPage,
  LogIn,
  MessagePage,
  NewPassword,
  OwnDesk,
  PasswordChange,
  PasswordLinkInfo,
  PortalInfo,
  Preferences,
  Problem,
  RecoveryCodes,
  SecondFactorInfo,
  SecondFactorStart,
  SessionInfo,
  Settings,
  SoftphoneCredentials,
} from "../model/wire.ts";

/** A request that was not carried out; `code` is stable, `text/refusals` has its words. */
export class Refused extends Error {
  readonly code: string;
  readonly args: Readonly<Record<string, string>>;
  /** What is wrong with which field; only the administration says it. */
  readonly errors: readonly FieldProblem[];

  constructor(problem: Problem & { readonly errors?: readonly FieldProblem[] | undefined }) {
    super(problem.code);
    this.code = problem.code;
    this.args = problem.args;
    this.errors = problem.errors ?? [];
  }
}

/** Nobody answers: no network, or the server is away. */
export const UNREACHABLE = "unreachable";

/**
 * @param body a file as it is, anything else as JSON.
 * @param version of the thing that is changed, as it was read.
 * @param signal gives the question up; then nothing is refused, the error is the browser's own.
 */
export async function send(
  method: string,
  path: string,
  body?: unknown,
  version?: string,
  signal?: AbortSignal,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        // A form on a foreign page cannot set this header, so it cannot act in this person's name.
        "X-Cordboard": "1",
        ...(body !== undefined && !(body instanceof Blob) && { "Content-Type": "application/json" }),
        ...(version !== undefined && { "If-Match": `"${version}"` }),
      },
      ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (reason) {
    if (signal?.aborted === true) throw reason;
    throw new Refused({ code: UNREACHABLE, args: {} });
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as Partial<AdminProblem> | null;
  throw new Refused({
    code: problem?.code ?? UNREACHABLE,
    args: problem?.args ?? {},
    errors: problem?.errors,
  });
}

/** What it answers with. */
export async function json<T>(answer: Promise<Response>): Promise<T> {
  return (await (await answer).json()) as T;
}

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Who is logged in proves it once more: the user name is not asked, so only the password can be wrong. */
async function confirmed<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (reason) {
    if (!(reason instanceof Refused) || reason.code !== "wrong_credentials") throw reason;
    throw new Refused({ code: "wrong_password", args: {} });
  }
}

/** Which of the own calls are wanted. */
export interface Sought {
  /** What became of it; null: whatever it was. */
  readonly kind: HistoryKind | null;
  /** Part of a name, or digits of a number. */
  readonly q: string;
}

function historyQuery(asked: Readonly<Record<string, string | null>>): string {
  const set = Object.entries(asked).filter(
    (one): one is [string, string] => one[1] !== null && one[1] !== "",
  );
  return new URLSearchParams(set).toString();
}

export const api = {
  portal: () => request<PortalInfo>("GET", "portal"),
  session: () => request<SessionInfo>("GET", "session"),
  /** Own phone and calls, where no live connection says them. */
  ownDesk: () => request<OwnDesk>("GET", "session/desk"),
  logIn: (form: LogIn) => request<SessionInfo>("POST", "session", form),
  /** @param confirmed also as the last one in an urgent queue (D17). */
  logOut: (deviceToo: boolean, confirmed: boolean) => {
    const asked = [deviceToo && "device=1", confirmed && "confirmed=1"].filter(Boolean).join("&");
    return request<void>("DELETE", `session${asked === "" ? "" : `?${asked}`}`);
  },
  /** Somebody cannot remember a password: a link by mail (1.1-h). */
  forgotten: (email: string) => request<ForgottenAnswer>("POST", "password/forgotten", { email }),
  /** Whose link it is and what for. */
  passwordLink: (token: string) => request<PasswordLinkInfo>("POST", "password/link", { token }),
  choosePassword: (form: NewPassword) => request<void>("POST", "password", form),
  changePassword: (form: PasswordChange) => confirmed(request<void>("PUT", "password", form)),
  secondFactor: () => request<SecondFactorInfo>("GET", "second-factor"),
  beginSecondFactor: (who: Confirmation) =>
    confirmed(request<SecondFactorStart>("POST", "second-factor", who)),
  finishSecondFactor: (code: string) => request<RecoveryCodes>("PUT", "second-factor", { code }),
  endSecondFactor: (who: Confirmation) => confirmed(request<void>("POST", "second-factor/off", who)),
  preferences: () => request<Preferences>("GET", "preferences"),
  setPreferences: (preferences: Preferences) => request<void>("PUT", "preferences", preferences),
  settings: (settings: Settings) => request<void>("PUT", "settings", settings),
  softphone: () => request<SoftphoneCredentials>("POST", "softphone"),
  /** @param before the mark of the previous page; null for the newest rows. */
  history: (before: string | null, limit: number, sought: Sought) =>
    request<HistoryPage>("GET", `history?${historyQuery({ limit: `${limit}`, before, ...sought })}`),
  /** Where the same calls are, all of them, as a file. */
  historyFile: (sought: Sought): string => `/api/history/file?${historyQuery({ ...sought })}`,
  /** What to dial to call the other party of an own call back (3.4-g). */
  callBack: (call: string) => request<CallBackNumber>("GET", `history/${encodeURIComponent(call)}/back`),
  /** Why this call rang whom and why not, oldest first. */
  callLog: (call: string) => request<CallLog>("GET", `calls/${encodeURIComponent(call)}/log`),
  /** The call backs between two instants, for days that are not told of live (3.6-b). */
  callBacks: (from: number, to: number) => request<CallBackPage>("GET", `callbacks?from=${from}&to=${to}`),
  /** Those of a number on any day, newest first; part of the digits is enough (3.6-o). */
  callBacksOf: (digits: string) =>
    request<CallBackPage>("GET", `callbacks?number=${encodeURIComponent(digits)}`),
  /** Messages left for me or for my group's queues, newest first. */
  messages: () => request<MessagePage>("GET", "messages"),
  /** Where one of them can be heard. */
  messageSound: (name: string): string => `/api/messages/${encodeURIComponent(name)}`,
};
