import { ovf } from "../../src/datasources/ovf.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(ovf);
