import { maas } from "../../src/datasources/maas.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(maas);
