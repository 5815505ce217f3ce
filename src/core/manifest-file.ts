/** What a project's manifest is called, in its folder and at the top of its archive (contracts, §§2, 4). */
export const MANIFEST_FILE = "Vox.toml";
