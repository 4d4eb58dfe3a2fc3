// Package store holds items by their id.
package store

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Store is a table with its client.
type Store struct {
	client *dynamodb.Client
	table  string
}

// New makes a store.
func New(ctx context.Context) (*Store, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	s := new(Store)
	s.client = dynamodb.NewFromConfig(cfg)
	s.table = os.Getenv("TABLE")
	return s, nil
}

// Get gives an item.
func (s *Store) Get(ctx context.Context, id string) (map[string]types.AttributeValue, error) {
	answer, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table,
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		return nil, err
	}
	return answer.Item, nil
}
