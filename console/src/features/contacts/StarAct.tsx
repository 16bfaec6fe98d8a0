import { useLingui } from "@lingui/react/macro";
import { nameOf, type Person } from "../../model/contacts.ts";
import { Press } from "../../ui/controls.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** The star behind the name (3.3-m). */
export function StarAct({ person, star }: { person: Person; star: (person: Person) => void }) {
  const { t } = useLingui();
  const name = nameOf(person);
  return (
    <Press
      className="round"
      data={{ "data-star": person.starred ? "" : undefined }}
      aria-pressed={person.starred}
      aria-label={t`Favourite: ${name}`}
      tip={person.starred ? t`No longer a favourite` : t`Make this a favourite`}
      onPress={() => star(person)}
    >
      <Icon name={person.starred ? "star-on" : "star"} />
    </Press>
  );
}
