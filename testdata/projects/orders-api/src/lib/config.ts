import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

let ssm: SSMClient | undefined;

// Kept between invocations.
function client(): SSMClient {
  ssm ??= new SSMClient({});
  return ssm;
}

export async function currency(): Promise<string> {
  const found = await client().send(new GetParameterCommand({ Name: "/orders/currency" })); // ~ load-inside-handler
  return found.Parameter?.Value ?? "EUR";
}
