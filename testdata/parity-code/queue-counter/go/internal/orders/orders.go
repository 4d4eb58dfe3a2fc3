// Package orders goes through the messages of a queue.
package orders

import (
	"context"
	"encoding/json"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Order is the body of a message.
type Order struct {
	Shop string `json:"shop"`
}

// Table is where orders are counted.
var Table = table()

// Database is the client of the table.
var Database *dynamodb.Client

func table() string {
	if name := os.Getenv("TABLE"); name != "" {
		return name
	}
	return "orders"
}

func init() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	Database = dynamodb.NewFromConfig(cfg)
}

// Each calls a function with each message.
func Each(ctx context.Context, event events.SQSEvent, work func(context.Context, events.SQSMessage, Order) error) (events.SQSEventResponse, error) {
	var response events.SQSEventResponse
	for _, message := range event.Records {
		var order Order
		err := json.Unmarshal([]byte(message.Body), &order)
		if err == nil {
			err = work(ctx, message, order)
		}
		if err != nil {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
		}
	}
	return response, nil
}
