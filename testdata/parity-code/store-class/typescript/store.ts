// Items by their id.
import { DynamoDBClient, GetItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue> | undefined;

export class Store {
  private readonly client: DynamoDBClient;

  constructor(private readonly table: string = process.env.TABLE!) {
    this.client = new DynamoDBClient({});
  }

  async get(item: string): Promise<Item> {
    const answer = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { id: { S: item } } }),
    );
    return answer.Item;
  }
}
