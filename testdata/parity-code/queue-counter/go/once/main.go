package main

import (
	"context"
	"errors"
	"log"

	"example.com/queue-counter/internal/orders"
	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func add(ctx context.Context, message events.SQSMessage, order orders.Order) error {
	_, err := orders.Database.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           aws.String(orders.Table),
		Key:                 map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: order.Shop}},
		UpdateExpression:    aws.String("ADD orders :one, seen :message"),
		ConditionExpression: aws.String("NOT contains(seen, :id)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":one":     &types.AttributeValueMemberN{Value: "1"},
			":message": &types.AttributeValueMemberSS{Value: []string{message.MessageId}},
			":id":      &types.AttributeValueMemberS{Value: message.MessageId},
		},
	})
	var counted *types.ConditionalCheckFailedException
	if errors.As(err, &counted) {
		log.Println("counted before:", message.MessageId)
		return nil
	}
	return err
}


func handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	return orders.Each(ctx, event, add)
}

func main() {
	lambda.Start(handle)
}
