import { cloudStack } from "../../src/datasources/cloudstack.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(cloudStack);
