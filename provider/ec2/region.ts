/** The region that the environment names, in the order in which the AWS CLI looks. */
export function regionInEnvironment(): string | undefined {
  return [process.env.AWS_REGION, process.env.AWS_DEFAULT_REGION].find((it) => it !== undefined && it !== "");
}
