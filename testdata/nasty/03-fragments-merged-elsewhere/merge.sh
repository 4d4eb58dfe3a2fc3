#!/bin/sh
rain merge base.yaml functions/*.yaml -o template.yaml
