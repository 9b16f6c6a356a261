import { noCloud } from "../../src/datasources/no-cloud.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(noCloud);
