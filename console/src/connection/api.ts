import type {
  CallLog,
  Confirmation,
  ForgottenAnswer,
  HistoryPage,
  LogIn,
  MessagePage,
  NewPassword,
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

  constructor(problem: Problem) {
    super(problem.code);
    this.code = problem.code;
    this.args = problem.args;
  }
}

/** Nobody answers: no network, or the server is away. */
export const UNREACHABLE = "unreachable";

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, {
      method,
      credentials: "same-origin",
      headers: {
        // A form on a foreign page cannot set this header, so it cannot act in this person's name.
        "X-Cordboard": "1",
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused({ code: UNREACHABLE, args: {} });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  throw new Refused({ code: problem?.code ?? UNREACHABLE, args: problem?.args ?? {} });
}

export const api = {
  portal: () => request<PortalInfo>("GET", "portal"),
  session: () => request<SessionInfo>("GET", "session"),
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
  changePassword: (form: PasswordChange) => request<void>("PUT", "password", form),
  secondFactor: () => request<SecondFactorInfo>("GET", "second-factor"),
  beginSecondFactor: (who: Confirmation) => request<SecondFactorStart>("POST", "second-factor", who),
  finishSecondFactor: (code: string) => request<RecoveryCodes>("PUT", "second-factor", { code }),
  endSecondFactor: (who: Confirmation) => request<void>("POST", "second-factor/off", who),
  preferences: () => request<Preferences>("GET", "preferences"),
  setPreferences: (preferences: Preferences) => request<void>("PUT", "preferences", preferences),
  settings: (settings: Settings) => request<void>("PUT", "settings", settings),
  softphone: () => request<SoftphoneCredentials>("POST", "softphone"),
  /** @param before the mark of the previous page; null for the newest rows. */
  history: (before: string | null, limit: number) =>
    request<HistoryPage>(
      "GET",
      `history?limit=${limit}${before === null ? "" : `&before=${encodeURIComponent(before)}`}`,
    ),
  /** Why this call rang whom and why not, oldest first. */
  callLog: (call: string) => request<CallLog>("GET", `calls/${encodeURIComponent(call)}/log`),
  /** Messages left for me or for my group's queues, newest first. */
  messages: () => request<MessagePage>("GET", "messages"),
  /** Where one of them can be heard. */
  messageSound: (name: string): string => `/api/messages/${encodeURIComponent(name)}`,
};
