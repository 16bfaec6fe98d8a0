"""pjsip.conf: transports, trunks and the loopback trunk of practice callers. Phones live in astdb."""

from __future__ import annotations

from cordboard.asterisk.conffile import section
from cordboard.asterisk.dialplan import context_of
from cordboard.asterisk.settings import (
    PRACTICE_ENDPOINT,
    PRACTICE_TRUNK,
    ExchangeSettings,
    Trunk,
    TrunkTransport,
)

RTP_TIMEOUT_S = 120
"""A device that sends no sound at all for this long is gone; silence is still sound."""

RTP_TIMEOUT_HELD_S = 900
"""The same while the device itself holds the call and rightly sends nothing."""


def media_options(settings: ExchangeSettings) -> list[tuple[str, object]]:
    """Options that bind a device's or trunk's sound to the address that we listen on."""
    if settings.listen in ("0.0.0.0", "::"):
        return []
    return [("media_address", settings.listen), ("bind_rtp_to_media_address", True)]


def pjsip_conf(settings: ExchangeSettings) -> str:
    """pjsip.conf, whole."""
    parts = [
        section(
            "global",
            [
                ("type", "global"),
                ("user_agent", "Cordboard"),
                # The name comes first, so that a phone behind the provider's address is still that phone.
                ("endpoint_identifier_order", "username,ip"),
                ("keep_alive_interval", 30),
            ],
        ),
        section("system", [("type", "system")]),
        *_transports(settings),
        *(_trunk(trunk, settings) for trunk in settings.trunks),
    ]
    if settings.practice:
        parts.append(_practice(settings))
    return "\n".join(parts)


def _transports(settings: ExchangeSettings) -> list[str]:
    nat: list[tuple[str, object]] = [
        ("external_media_address", settings.external_media_address),
        ("external_signaling_address", settings.external_signalling_address),
        *(("local_net", network) for network in settings.local_networks),
    ]
    port = settings.ports
    parts = [
        section(
            "udp",
            [("type", "transport"), ("protocol", "udp"), ("bind", f"{settings.listen}:{port.sip}"), *nat],
        ),
        section(
            "tcp",
            [("type", "transport"), ("protocol", "tcp"), ("bind", f"{settings.listen}:{port.sip}"), *nat],
        ),
        # Binds nothing: the HTTP server carries /ws, and Cordboard's own origin proxies it.
        section("ws", [("type", "transport"), ("protocol", "ws"), ("bind", "127.0.0.1")]),
    ]
    if settings.tls_certificate or any(trunk.transport is TrunkTransport.TLS for trunk in settings.trunks):
        parts.append(
            section(
                "tls",
                [
                    ("type", "transport"),
                    ("protocol", "tls"),
                    ("bind", f"{settings.listen}:{port.sip_tls}"),
                    ("cert_file", settings.tls_certificate),
                    ("priv_key_file", settings.tls_key),
                    ("ca_list_path", "/etc/ssl/certs"),
                    ("verify_server", True),
                    ("method", "tlsv1_2"),
                    *nat,
                ],
            )
        )
    return parts


def _trunk(trunk: Trunk, settings: ExchangeSettings) -> str:
    name, account = trunk.endpoint, trunk.registration
    address = trunk.address
    parts = [
        section(
            name,
            [
                ("type", "endpoint"),
                ("context", context_of(trunk)),
                ("transport", trunk.transport.value),
                ("disallow", "all"),
                ("allow", ",".join(trunk.codecs)),
                ("aors", name),
                ("outbound_auth", name if account else None),
                ("from_user", account.username if account and trunk.trusts_our_caller_id else None),
                ("from_domain", trunk.from_domain),
                # Only by address: its name in a From header proves nothing.
                ("identify_by", "ip"),
                # Keys as sound where the provider has no other way; the default would lose them.
                ("dtmf_mode", "auto"),
                ("direct_media", False),
                ("rtp_symmetric", True),
                ("force_rport", True),
                ("rewrite_contact", True),
                ("send_pai", trunk.trusts_our_caller_id),
                ("trust_id_outbound", trunk.trusts_our_caller_id),
                ("trust_id_inbound", True),
                ("allow_transfer", False),
                ("media_encryption", "sdes" if trunk.transport is TrunkTransport.TLS else None),
                ("rtp_timeout", RTP_TIMEOUT_S),
                ("rtp_timeout_hold", RTP_TIMEOUT_HELD_S),
                ("language", settings.language),
                *media_options(settings),
            ],
        ),
        section(name, [("type", "aor"), ("contact", address), ("qualify_frequency", 15)]),
        section(
            name,
            [
                ("type", "identify"),
                ("endpoint", name),
                *(("match", match) for match in trunk.match or (trunk.host.strip("[]"),)),
            ],
        ),
    ]
    if account:
        parts += [
            section(
                name,
                [
                    ("type", "auth"),
                    ("auth_type", "userpass"),
                    ("username", account.username),
                    ("password", account.password),
                ],
            ),
            section(
                name,
                [
                    ("type", "registration"),
                    ("transport", trunk.transport.value),
                    ("outbound_auth", name),
                    ("server_uri", address),
                    ("client_uri", f"sip:{account.username}@{trunk.from_domain or trunk.host}"),
                    ("contact_user", account.contact_user or account.username),
                    ("expiration", 300),
                    ("retry_interval", 20),
                    ("forbidden_retry_interval", 300),
                    ("fatal_retry_interval", 300),
                    ("max_retries", 1_000_000),
                    # Calls on this registration are known by a token in it, whatever address they come from.
                    ("line", True),
                    ("endpoint", name),
                ],
            ),
        ]
    return "\n".join(parts)


def _practice(settings: ExchangeSettings) -> str:
    address = "127.0.0.1" if settings.listen in ("0.0.0.0", "::") else settings.listen
    common: list[tuple[str, object]] = [
        ("type", "endpoint"),
        ("context", "inbound"),
        ("disallow", "all"),
        ("allow", "alaw"),
        ("direct_media", False),
        ("language", settings.language),
        # A practice caller that only listens sends no sound, and must not be cut for it.
        ("rtp_timeout", 0),
        *media_options(settings),
    ]
    return "\n".join(
        [
            section(
                PRACTICE_TRUNK,
                [
                    *common,
                    ("aors", PRACTICE_TRUNK),
                    ("outbound_auth", "practice-auth"),
                    ("from_user", PRACTICE_ENDPOINT),
                    ("send_pai", True),
                    ("trust_id_outbound", True),
                    # It only calls out: nothing that comes in is ever taken for it.
                    ("identify_by", "ip"),
                ],
            ),
            section(PRACTICE_TRUNK, [("type", "aor"), ("contact", f"sip:{address}:{settings.ports.sip}")]),
            section(
                PRACTICE_ENDPOINT,
                [
                    *common,
                    ("auth", "practice-auth"),
                    ("aors", PRACTICE_ENDPOINT),
                    ("identify_by", "username"),
                    ("trust_id_inbound", True),
                    ("allow_transfer", False),
                ],
            ),
            section(PRACTICE_ENDPOINT, [("type", "aor"), ("max_contacts", 1)]),
            section(
                "practice-auth",
                [
                    ("type", "auth"),
                    ("auth_type", "userpass"),
                    ("username", PRACTICE_ENDPOINT),
                    ("password", settings.practice_password),
                ],
            ),
        ]
    )
