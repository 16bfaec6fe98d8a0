import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Button, Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import { useEntities, useStaleSince } from "../../connection/desk.tsx";
import { alarms, me, sameItems } from "../../model/select.ts";
import { alarmWords } from "../../text/alarms.ts";
import { Elapsed } from "../../ui/Elapsed.tsx";
import { Icon } from "../../ui/Icon.tsx";

/** Everything that is wrong now, one click away, for who supervises; nothing while all is well. */
export function AlarmList() {
  const { t } = useLingui();
  const shown = useEntities(alarms, sameItems);
  const staleSince = useStaleSince();
  const supervises = useEntities((all) => me(all)?.rights.includes("desk.supervise") === true);
  if (!supervises || shown.length === 0) return null;
  const count = shown.length;
  return (
    <DialogTrigger>
      <Button className="top-item alarms-key">
        <Icon name="alert" />
        <b>{t`${plural(count, { one: "# alarm", other: "# alarms" })}`}</b>
        <Icon name="chevron" size={16} />
      </Button>
      <Popover className="pop" placement="bottom end">
        <Dialog className="alarms">
          <Heading slot="title" className="vh">
            {t`Alarms`}
          </Heading>
          <ul>
            {shown.map((alarm) => (
              <li key={alarm.id}>
                {alarmWords(alarm)} {/* Not read aloud every second. */}
                <span aria-hidden="true" className="num">
                  <Elapsed since={alarm.since} frozenAt={staleSince} />
                </span>
              </li>
            ))}
          </ul>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
