// Items by their id.
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

export class Store {
  constructor() {
    this.client = new DynamoDBClient({});
    this.table = process.env.TABLE;
  }

  async get(item) {
    const answer = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { id: { S: item } } }),
    );
    return answer.Item;
  }
}
