/** An address of a repository, as people write it, without user and password; what is no address is taken as it is. */
export function withoutCredentials(repository: string): string {
  if (!URL.canParse(repository)) return repository.replace(/^[^@/]*@(?=[^/]*:)/, "");
  const url = new URL(repository);
  url.username = "";
  url.password = "";
  return url.href;
}
