import type { ReactElement } from "react";

const HANDSET =
  "M5.6 3.1h1.9c.5 0 .9.3 1 .8l.5 2.3c.1.4 0 .8-.3 1L7.2 8.6a9.6 9.6 0 0 0 4.2 4.2l1.4-1.5c.3-.3.7-.4 1-.3l2.3.5c.5.1.8.5.8 1v1.9c0 1.5-.9 2.5-2.3 2.4C8.3 16.3 3.7 11.7 3.2 5.4 3.1 4 4.1 3.1 5.6 3.1z";

const STAR = "M10 3l2.1 4.5 4.9.6-3.6 3.4.9 4.9-4.3-2.4-4.3 2.4.9-4.9L3 8.1l4.9-.6z";

/** Our own drawings on a grid of 20 by 20, one stroke. Every icon stands beside a word or in a named control. */
const DRAWINGS = {
  phone: <path d={HANDSET} />,
  "phone-in": (
    <>
      <path d={HANDSET} />
      <path d="M17 3l-4.6 4.6M12.4 4v3.6H16" />
    </>
  ),
  "phone-out": (
    <>
      <path d={HANDSET} />
      <path d="M12.4 7.6L17 3M13.4 3H17v3.6" />
    </>
  ),
  "phone-down": (
    <path d="M2.8 11.4c0-2.9 3.6-4.4 7.2-4.4s7.2 1.5 7.2 4.4v.9c0 .7-.5 1.2-1.2 1.2h-2c-.6 0-1-.4-1.1-.9l-.3-1.5a9.5 9.5 0 0 0-5.2 0l-.3 1.5c-.1.5-.5.9-1.1.9H4c-.7 0-1.2-.5-1.2-1.2z" />
  ),
  "phone-plus": (
    <>
      <path d={HANDSET} />
      <path d="M14.6 2.6v5M12.1 5.1h5" />
    </>
  ),
  pause: <path d="M7 4.6v10.8M13 4.6v10.8" />,
  play: <path d="M6.8 4.4v11.2l8.6-5.6z" />,
  attended: (
    <>
      <path d="M3 5.4a1.9 1.9 0 0 1 1.9-1.9h10.2A1.9 1.9 0 0 1 17 5.4v6.2a1.9 1.9 0 0 1-1.9 1.9H9.4l-3.6 3.1v-3.1h-.9A1.9 1.9 0 0 1 3 11.6z" />
      <path d="M6.8 8.5h6M10.7 6.3L13 8.5l-2.3 2.2" />
    </>
  ),
  blind: <path d="M3.2 10h9.6M9.2 6.2L13 10l-3.8 3.8M16.6 4.5v11" />,
  forward: <path d="M11.6 4.8L16.8 10l-5.2 5.2M16.4 10H8.8a5.4 5.4 0 0 0-5.4 5.4" />,
  together: (
    <>
      <circle cx="7" cy="6.4" r="2.7" />
      <path d="M2.2 16.2c.3-3 2.2-4.7 4.8-4.7s4.5 1.7 4.8 4.7M15.2 6.2v6M12.2 9.2h6" />
    </>
  ),
  keypad: (
    <g fill="currentColor">
      {[4, 8.4, 12.8].flatMap((y) =>
        [5, 10, 15].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r=".7" />),
      )}
      <circle cx="10" cy="17.2" r=".7" />
    </g>
  ),
  erase: (
    <>
      <path d="M7.4 4.8h7.7A1.9 1.9 0 0 1 17 6.7v6.6a1.9 1.9 0 0 1-1.9 1.9H7.4L2.8 10z" />
      <path d="M9.6 8l4 4M13.6 8l-4 4" />
    </>
  ),
  search: (
    <>
      <circle cx="9" cy="9" r="5.2" />
      <path d="M13 13l3.6 3.6" />
    </>
  ),
  cup: (
    <path d="M4 6.4h9.4v5.2a3.8 3.8 0 0 1-3.8 3.8H7.8A3.8 3.8 0 0 1 4 11.6zM13.4 7.8h1.2a2 2 0 0 1 0 4h-1.2M6.8 2.8v1M10.4 2.8v1" />
  ),
  plus: <path d="M10 4.2v11.6M4.2 10h11.6" />,
  check: <path d="M4 10.8l4 3.9 8-9.2" />,
  x: <path d="M5.2 5.2l9.6 9.6M14.8 5.2l-9.6 9.6" />,
  clock: (
    <>
      <circle cx="10" cy="10" r="7.1" />
      <path d="M10 5.8V10l2.9 1.8" />
    </>
  ),
  headset: (
    <>
      <path d="M3.4 13v-3a6.6 6.6 0 0 1 13.2 0v3" />
      <rect x="3.4" y="11.4" width="2.6" height="4.4" rx="1.2" />
      <rect x="14" y="11.4" width="2.6" height="4.4" rx="1.2" />
      <path d="M15.4 15.8c-.3 1.2-1.7 1.8-3.6 1.8" />
    </>
  ),
  chat: (
    <path d="M10 3.8c3.9 0 6.9 2.5 6.9 5.8s-3 5.8-6.9 5.8c-.8 0-1.6-.1-2.3-.3L4 16.7l.7-3.1c-1-1.1-1.6-2.4-1.6-4 0-3.3 3-5.8 6.9-5.8z" />
  ),
  chevron: <path d="M6 8l4 4 4-4" />,
  "chevron-right": <path d="M8 5.6L12.4 10 8 14.4" />,
  users: (
    <>
      <circle cx="7.7" cy="6.9" r="2.9" />
      <path d="M2.5 16.2c.4-2.9 2.4-4.5 5.2-4.5s4.8 1.6 5.2 4.5M12.7 4.3a2.8 2.8 0 0 1 0 5.2M14.3 12.1c1.7.6 2.8 2 3.1 4.1" />
    </>
  ),
  "user-check": (
    <>
      <circle cx="8" cy="6.8" r="3" />
      <path d="M2.5 16.4c.4-3 2.6-4.7 5.5-4.7 1 0 2 .2 2.8.6M12.2 14.6l1.8 1.8 3.4-3.9" />
    </>
  ),
  user: (
    <>
      <circle cx="10" cy="6.7" r="3.1" />
      <path d="M4 16.5c.5-3 2.9-4.8 6-4.8s5.5 1.8 6 4.8" />
    </>
  ),
  line: (
    <>
      <circle cx="4.4" cy="10" r="1.6" />
      <circle cx="10" cy="10" r="1.6" />
      <circle cx="15.6" cy="10" r="1.6" />
    </>
  ),
  hourglass: (
    <path d="M5.6 3.2h8.8M5.6 16.8h8.8M6.8 3.2c0 3.8 3.2 4.5 3.2 6.8s-3.2 3-3.2 6.8M13.2 3.2c0 3.8-3.2 4.5-3.2 6.8s3.2 3 3.2 6.8" />
  ),
  stopwatch: (
    <>
      <circle cx="10" cy="11.2" r="5.9" />
      <path d="M10 8v3.2M8.2 2.8h3.6M15.1 5.5l1.1 1.1" />
    </>
  ),
  tally: <path d="M3.2 5.2l1.4 1.4 2.3-2.6M3.2 11.4l1.4 1.4 2.3-2.6M10 5.4h6.8M10 11.6h6.8M10 16h4.2" />,
  toggle: (
    <>
      <rect x="2.6" y="6" width="14.8" height="8" rx="4" />
      <circle cx="13.4" cy="10" r="1.6" fill="currentColor" />
    </>
  ),
  info: (
    <>
      <circle cx="10" cy="10" r="7.1" />
      <path d="M10 9.5v4M10 6.5v.1" />
    </>
  ),
  alert: <path d="M10 3.3l7.3 12.8H2.7zM10 8.2v3.7M10 13.9v.1" />,
  mail: (
    <>
      <rect x="3" y="4.6" width="14" height="10.8" rx="2" />
      <path d="M3.8 6.6L10 11.2l6.2-4.6" />
    </>
  ),
  incoming: <path d="M14.6 5.4l-9 9M5.6 7.9v6.5h6.5" />,
  outgoing: <path d="M5.4 14.6l9-9M7.9 5.6h6.5v6.5" />,
  missed: <path d="M15.2 4.2L8 11.4M8 6.9v4.5h4.5M4.2 16h11.6" />,
  back: <path d="M6.6 4.4L3.4 7.6l3.2 3.2M3.6 7.6h8a4.4 4.4 0 0 1 0 8.8H8" />,
  group: (
    <>
      <rect x="3.2" y="8.2" width="6.2" height="8.4" rx="1" />
      <path d="M9.4 16.6h7.4V5c0-.9-.6-1.6-1.5-1.6h-4.4c-.9 0-1.5.7-1.5 1.6v3.2M12.4 7h1.4M12.4 10h1.4M12.4 13h1.4" />
    </>
  ),
  star: <path d={STAR} />,
  "star-on": <path d={STAR} fill="currentColor" />,
  globe: (
    <>
      <circle cx="10" cy="10" r="7.1" />
      <path d="M2.9 10h14.2M10 2.9c2.1 2 3.1 4.4 3.1 7.1s-1 5.1-3.1 7.1c-2.1-2-3.1-4.4-3.1-7.1s1-5.1 3.1-7.1z" />
    </>
  ),
  leave: (
    <path d="M8 3.6H5.4c-1 0-1.9.8-1.9 1.9v9c0 1.1.9 1.9 1.9 1.9H8M8.4 10h8.1M13.2 6.7l3.3 3.3-3.3 3.3" />
  ),
  theme: (
    <>
      <circle cx="10" cy="10" r="7.1" />
      <path d="M10 2.9v14.2a7.1 7.1 0 0 0 0-14.2z" fill="currentColor" />
    </>
  ),
  keyboard: (
    <>
      <rect x="2.6" y="5" width="14.8" height="10" rx="2" />
      <path d="M5.6 8.2h.1M8.5 8.2h.1M11.4 8.2h.1M14.3 8.2h.1M5.6 11.9h.1M8.2 11.9h3.6M14.3 11.9h.1" />
    </>
  ),
  callback: (
    <>
      <path d={HANDSET} />
      <path d="M17 5.4h-5M13.7 3.1l-2.3 2.3 2.3 2.3" />
    </>
  ),
  chart: <path d="M3.2 16.8h13.6M5.4 13.6V9.4M10 13.6V4.2M14.6 13.6V7.2" />,
  screen: (
    <>
      <rect x="2.8" y="3.8" width="14.4" height="10" rx="1.8" />
      <path d="M7 17h6" />
    </>
  ),
  sliders: (
    <>
      <path d="M3.2 6.2h7.2M14.8 6.2h2M3.2 13.8h2M9.6 13.8h7.2" />
      <circle cx="12.6" cy="6.2" r="2.1" />
      <circle cx="7.4" cy="13.8" r="2.1" />
    </>
  ),
  cut: (
    <path d="M3 3l14 14M8.2 12.2a3 3 0 0 1 3.6 0M5.6 9.4A7 7 0 0 1 7.8 8M12 7.9a7 7 0 0 1 2.4 1.5M2.8 6.6A11 11 0 0 1 5 5.2M9 4.1a11 11 0 0 1 8.2 2.5M10 15.4v.1" />
  ),
  mic: (
    <>
      <rect x="7.4" y="2.8" width="5.2" height="9" rx="2.6" />
      <path d="M4.6 9.6a5.4 5.4 0 0 0 10.8 0M10 15v2.4M7.4 17.4h5.2" />
    </>
  ),
  speaker: <path d="M3.2 7.8v4.4h2.9l4 3.4V4.4l-4 3.4zM13 7.4a3.8 3.8 0 0 1 0 5.2M15.2 5a7 7 0 0 1 0 10" />,
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof DRAWINGS;

/** States by shape as well as by colour, 12 by 12, filled. */
const SHAPES = {
  free: <circle cx="6" cy="6" r="5" />,
  ringing: (
    <path
      fillRule="evenodd"
      d="M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8zm0 1.7A3.5 3.5 0 1 0 9.5 6H6z"
    />
  ),
  busy: <rect x="1.4" y="1.4" width="9.2" height="9.2" rx="1.2" />,
  wrap: <path d="M6 .4L11.6 6 6 11.6.4 6z" />,
  away: (
    <path
      fillRule="evenodd"
      d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z"
    />
  ),
  urgent: <path d="M6 .8L11.7 11H.3z" />,
  // Of a call back (D14): a sign is cut out of each, so that it is known without its colour.
  going: <path fillRule="evenodd" d="M6 .2L11.8 6 6 11.8.2 6zM4.7 3.7v4.6L8.4 6z" />,
  tick: (
    <path
      fillRule="evenodd"
      d="M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8zM2.8 6.3l2.4 2.4 4.1-4.4-1-1-3.1 3.4-1.4-1.4z"
    />
  ),
  cross: (
    <path
      fillRule="evenodd"
      d="M2.2 1h7.6A1.2 1.2 0 0 1 11 2.2v7.6A1.2 1.2 0 0 1 9.8 11H2.2A1.2 1.2 0 0 1 1 9.8V2.2A1.2 1.2 0 0 1 2.2 1zM4.1 3l-1.1 1.1L4.9 6 3 7.9 4.1 9 6 7.1 7.9 9 9 7.9 7.1 6 9 4.1 7.9 3 6 4.9z"
    />
  ),
  dash: <path fillRule="evenodd" d="M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8zM3.2 5.2v1.6h5.6V5.2z" />,
} satisfies Record<string, ReactElement>;

export type Tone = keyof typeof SHAPES;

/** All drawings once in the page; a card then only points at them. */
export function Sprite() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="vh">
      {Object.entries(DRAWINGS).map(([name, drawing]) => (
        <symbol key={name} id={`i-${name}`} viewBox="0 0 20 20">
          {drawing}
        </symbol>
      ))}
      {Object.entries(SHAPES).map(([name, drawing]) => (
        <symbol key={name} id={`s-${name}`} viewBox="0 0 12 12">
          {drawing}
        </symbol>
      ))}
    </svg>
  );
}

export function Icon({ name, size }: { name: IconName; size?: 16 | 24 | undefined }) {
  return (
    <svg className="icon" data-size={size} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** The shape of a state; `tone` also colours it. */
export function Shape({ tone, as, size }: { tone?: Tone; as: Tone; size?: 9 }) {
  return (
    <svg className="shape" data-tone={tone} data-size={size} aria-hidden="true">
      <use href={`#s-${as}`} />
    </svg>
  );
}

/** The mark of the product: a cord between two jacks. */
export function Brand({ organisation }: { organisation?: string | undefined }) {
  return (
    <div className="brand">
      <svg
        viewBox="0 0 24 24"
        width="24"
        height="24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <circle cx="5.6" cy="6" r="2.6" />
        <circle cx="18.4" cy="18" r="2.6" fill="currentColor" />
        <path d="M5.6 8.8v3.3a4.4 4.4 0 0 0 8.8 0V9.8a4 4 0 0 1 4-4" />
      </svg>
      Cordboard
      {organisation !== undefined && <span className="org cut">{organisation}</span>}
    </div>
  );
}
