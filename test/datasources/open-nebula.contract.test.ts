import { openNebula } from "../../src/datasources/open-nebula.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(openNebula);
