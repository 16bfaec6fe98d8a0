import { configure } from "@testing-library/react";

/** What should be on the screen in a moment is, on a machine that has more to do, in a few more. */
configure({ asyncUtilTimeout: 10_000 });
