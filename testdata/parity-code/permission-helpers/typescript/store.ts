import { DynamoDBClient, QueryCommand, paginateScan } from "@aws-sdk/client-dynamodb";

export class Store {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient) {
    this.client = client;
    this.table = process.env.TABLE!;
  }

  async query(rest: object) {
    const found = await this.client.send(new QueryCommand({ TableName: this.table, ...rest }));
    return found.Items;
  }

  byDay(day: string) {
    return this.query({ IndexName: "by-day", KeyConditionExpression: "#d = :d", ExpressionAttributeValues: day });
  }

  byId(id: string) {
    return this.query({ KeyConditionExpression: "id = :i", ExpressionAttributeValues: id });
  }

  pages() {
    return paginateScan({ client: this.client }, { TableName: this.table });
  }
}
