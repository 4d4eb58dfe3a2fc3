use super::Store;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::Error;
use std::collections::HashMap;

/// What the table holds.
pub type Items = Vec<HashMap<String, AttributeValue>>;

impl Store {
    async fn query(&self, input: QueryFluentBuilder) -> Result<Items, Error> {
        let found = input.table_name(&self.table).send().await?;
        Ok(found.items.unwrap_or_default())
    }

    /// Asks the index.
    pub async fn by_day(&self, day: &str) -> Result<Items, Error> {
        let input = self.client.query().index_name("by-day").key_condition_expression("#d = :d");
        self.query(input.expression_attribute_values(":d", AttributeValue::S(day.into()))).await
    }

    /// Asks the table.
    pub async fn by_id(&self, id: &str) -> Result<Items, Error> {
        let value = AttributeValue::S(id.into());
        self.query(
            self.client.query().key_condition_expression("id = :i").expression_attribute_values(":i", value),
        )
        .await
    }

    /// Goes through the whole table.
    pub async fn all(&self) -> Result<Items, Error> {
        let mut all = Vec::new();
        let mut pages = self.client.scan().table_name(self.table.as_str()).into_paginator().items().send();
        while let Some(item) = pages.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}
