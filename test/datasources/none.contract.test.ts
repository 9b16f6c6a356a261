import { none } from "../../src/datasources/none.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(none);
