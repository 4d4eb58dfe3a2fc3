"use strict";

exports.handler = async () => ({ sent: 0 });
