import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { get } from "../lib/table";

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyResultV2> {
  const order = await get(event.pathParameters?.id ?? "");
  return order ? { statusCode: 200, body: JSON.stringify(order) } : { statusCode: 404, body: "" };
}
