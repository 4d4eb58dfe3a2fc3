// Items by their id.
const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");

class Store {
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

exports.Store = Store;
