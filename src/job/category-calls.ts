/** The two calls that change the category of existing members (api/kybio.md §1). */
export const CATEGORY_LIST_CALL = 'customerOpenApi/queryAllCustomerCategory';
export const CATEGORY_CALL = 'customerOpenApi/batchUpdateCategory';
export const CATEGORY_ROWS_PER_CALL = 100;
