/** Content by absolute path. @throws where apt, dpkg-deb or the network are missing */
export function debianLibraries(architecture: "arm64" | "amd64"): Map<string, Buffer>;
/** Content by the absolute path at which the loader looks. */
export function hostLibraries(binary: string): Map<string, Buffer>;
