"""Which parts of Asterisk are loaded: an allow-list, as most advisories were in parts that nobody uses."""

from __future__ import annotations

REQUIRED = (
    "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_sorcery_memory_cache",
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_registrar",
    "res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_outbound_registration", "res_pjsip_endpoint_identifier_user",
    "res_pjsip_endpoint_identifier_ip", "res_pjsip_sdp_rtp", "res_pjsip_caller_id",
    "res_pjsip_header_funcs", "res_pjsip_dtmf_info", "res_pjsip_notify", "res_pjsip_nat",
    "res_pjsip_rfc3326", "res_pjsip_pubsub", "res_pjsip_refer",
    "res_http_websocket", "res_pjsip_transport_websocket", "chan_pjsip", "res_rtp_asterisk", "res_srtp",
    "codec_ulaw", "codec_alaw", "codec_resample",
    "format_pcm", "format_wav", "format_sln",
    "res_musiconhold", "res_timing_timerfd",
    "bridge_simple", "bridge_softmix", "bridge_holding", "bridge_native_rtp", "bridge_builtin_features",
    "chan_bridge_media",
    "pbx_config", "app_stasis", "app_playback", "app_echo", "app_dial", "app_stack", "app_verbose",
    "func_callerid", "func_channel", "func_logic", "func_timeout", "func_strings", "func_db", "func_cut", "func_uri",
    "res_stasis", "res_stasis_answer", "res_stasis_playback", "res_stasis_recording", "res_stasis_snoop",
    "res_stasis_device_state", "res_websocket_client", "app_stasis_broadcast", "res_stasis_broadcast",
    "res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk", "res_ari_bridges",
    "res_ari_channels", "res_ari_endpoints", "res_ari_events", "res_ari_playbacks", "res_ari_recordings",
    "res_ari_device_states",
)  # fmt: skip
"""Without any of these a call cannot be handled as promised; a missing one is named before the start."""

OPTIONAL = (
    "codec_opus_open_source",  # Debian's name; Sangoma's builds call it codec_opus
    "codec_opus",
    "res_format_attr_opus",
    "codec_g722",
    "codec_gsm",  # the English digits of asterisk-core-sounds-en are GSM files
    "format_gsm",
    "res_pjsip_diversion",
    "res_pjsip_acl",
    "res_security_log",
)
"""Loaded when they are there: wideband sound, forwarded calls, access lists."""


def modules_conf(present: frozenset[str] | None) -> str:
    """modules.conf.

    Args:
        present: the modules that this Asterisk has, without `.so`; None: not known, load them all.
    """
    optional = [name for name in OPTIONAL if present is None or name in present]
    lines = ["[modules]", "autoload=no"]
    lines += [f"{'require' if name in _MUST else 'load'}={name}.so" for name in REQUIRED]
    lines += [f"load={name}.so" for name in optional]
    return "\n".join(lines) + "\n"


def missing_modules(present: frozenset[str]) -> list[str]:
    """Required modules that are not among those present, in loading order."""
    return [name for name in REQUIRED if name not in present]


_MUST = frozenset(
    {"chan_pjsip", "res_rtp_asterisk", "app_stasis", "res_ari_channels", "app_stasis_broadcast"}
)
"""Asterisk itself stops when one of these does not load: better no exchange than one that is deaf."""
