// Package items reads items by their id.
package items

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Request is what the functions get.
type Request struct {
	ID string `json:"id"`
}

var table = os.Getenv("TABLE")

// Read gives an item.
func Read(ctx context.Context, client *dynamodb.Client, id string) (map[string]types.AttributeValue, error) {
	answer, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(table),
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		return nil, err
	}
	return answer.Item, nil
}
