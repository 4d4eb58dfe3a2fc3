// Package find reads items.
package find

import (
	"context"
	"fmt"
	"os"

	"example.com/wrapper/internal/wrap"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	table = os.Getenv("TABLE")
	stage = "test"
)

func init() {
	if s, ok := os.LookupEnv("STAGE"); ok {
		stage = s
	}
}

// Item reads one.
func Item(ctx context.Context, e wrap.Event, client *dynamodb.Client) (wrap.Item, error) {
	id := fmt.Sprintf("%s/%s", stage, e.ID)
	answer, err := client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &table,
		Key:       wrap.Item{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		return nil, err
	}
	return answer.Item, nil
}
