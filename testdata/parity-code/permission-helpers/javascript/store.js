const { QueryCommand, paginateScan } = require("@aws-sdk/client-dynamodb");

class Store {
  constructor(client) {
    this.client = client;
    this.table = process.env.TABLE;
  }

  async query(rest) {
    const found = await this.client.send(new QueryCommand({ TableName: this.table, ...rest }));
    return found.Items;
  }

  byDay(day) {
    return this.query({ IndexName: "by-day", KeyConditionExpression: "#d = :d", ExpressionAttributeValues: day });
  }

  byId(id) {
    return this.query({ KeyConditionExpression: "id = :i", ExpressionAttributeValues: id });
  }

  pages() {
    return paginateScan({ client: this.client }, { TableName: this.table });
  }
}

module.exports = { Store };
