import { gce } from "../../src/datasources/gce.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(gce);
