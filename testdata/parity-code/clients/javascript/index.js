// The same read with a client per invocation, per environment, and on first use.
const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");

const TABLE = process.env.TABLE;
const shared = new DynamoDBClient({});
let kept;

async function read(client, item) {
  const answer = await client.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: item } } }));
  return answer.Item;
}

function clientOnFirstUse() {
  kept ??= new DynamoDBClient({});
  return kept;
}

exports.cold = async (event) => {
  const client = new DynamoDBClient({});
  return read(client, event.id);
};

exports.warm = async (event) => read(shared, event.id);

exports.memo = async (event) => read(clientOnFirstUse(), event.id);
