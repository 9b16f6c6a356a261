import { azure } from "../../src/datasources/azure.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(azure);
