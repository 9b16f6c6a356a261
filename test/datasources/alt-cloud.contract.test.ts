import { altCloud } from "../../src/datasources/alt-cloud.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(altCloud);
