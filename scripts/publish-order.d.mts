/** The packages of a workspace's packages/ folder, each after those of them that it asks for. */
export function publishOrder(workspace: string): readonly string[];
