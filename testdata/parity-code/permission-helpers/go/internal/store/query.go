package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Items are what the table holds.
type Items []map[string]types.AttributeValue

func (s *Store) query(ctx context.Context, input *dynamodb.QueryInput) (Items, error) {
	input.TableName = aws.String(s.table)
	found, err := s.client.Query(ctx, input)
	if err != nil {
		return nil, err
	}
	return found.Items, nil
}

// ByDay asks the index.
func (s *Store) ByDay(ctx context.Context, day map[string]types.AttributeValue) (Items, error) {
	return s.query(ctx, &dynamodb.QueryInput{
		IndexName:                 aws.String("by-day"),
		KeyConditionExpression:    aws.String("#d = :d"),
		ExpressionAttributeValues: day,
	})
}

// ByID asks the table.
func (s *Store) ByID(ctx context.Context, id map[string]types.AttributeValue) (Items, error) {
	return s.query(ctx, &dynamodb.QueryInput{
		KeyConditionExpression:    aws.String("id = :i"),
		ExpressionAttributeValues: id,
	})
}

// All goes through the whole table.
func (s *Store) All(ctx context.Context) (Items, error) {
	var all Items
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{TableName: &s.table})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
	}
	return all, nil
}
