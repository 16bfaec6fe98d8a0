import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { act, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { Administration } from "../features/administration/Administration.tsx";

const nothing = (): void => undefined;

/**
 * Draw a page of the administration and wait until it knows what may be done there.
 *
 * @param go where a link or what was made leads to; the page itself stays.
 * @param beside what else is on the screen.
 */
export async function openAdministration(
  path: string,
  go: (to: string) => void = nothing,
  beside: ReactNode = null,
): Promise<void> {
  await act(async () => {
    render(
      <I18nProvider i18n={i18n}>
        <Administration path={path} go={go} corner={null} holds={nothing} />
        {beside}
      </I18nProvider>,
    );
  });
  await screen.findByRole("navigation");
}
