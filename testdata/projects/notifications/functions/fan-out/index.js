"use strict";

const AWS = require("aws-sdk"); // ~ sdk-not-in-runtime

const sns = new AWS.SNS();

exports.handler = async (event) => {
  for (const record of event.Records) {
    const { phone, text } = JSON.parse(record.body);
    await sns.publish({ PhoneNumber: phone, Message: `${process.env.TEAM}: ${text}` }).promise(); // ~ non-idempotent-handler
  }
};
