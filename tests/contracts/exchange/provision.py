"""How a case's telephone gets into an exchange: by the same commands in both."""

from __future__ import annotations

from tests.contracts.exchange.rig import Rig

PASSWORD = "desk-secret"


async def provision(rig: Rig, name: str) -> None:
    """Write one phone that is asked every second whether it is still there."""
    objects: dict[str, dict[str, str]] = {
        "auth": {"auth_type": "userpass", "username": name, "password": PASSWORD},
        "aor": {
            "max_contacts": "1",
            "remove_existing": "yes",
            "qualify_frequency": "1",
            "qualify_timeout": "1",
        },
        "endpoint": {
            "context": "phones",
            "disallow": "all",
            "allow": "alaw",
            "auth": name,
            "aors": name,
            "direct_media": "no",
            "send_pai": "yes",
            "trust_id_outbound": "yes",
        },
    }
    for kind, values in objects.items():
        fields = [{"attribute": key, "value": value} for key, value in values.items()]
        await rig.ok("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", body={"fields": fields})
