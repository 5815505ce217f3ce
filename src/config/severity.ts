/** How strictly an invariant is held: not looked at, told, or an end to the gate and the deployment. */
export const SEVERITIES = ["off", "advisory", "blocking"] as const;
export type Severity = (typeof SEVERITIES)[number];
