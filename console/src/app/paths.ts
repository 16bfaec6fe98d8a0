/** Where one's own settings are; the operator screen opens them in a tab of their own. */
export const SETTINGS_PATH = "/settings";
