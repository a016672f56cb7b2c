// 外呼: what an agent calls a citizen or an office for. It decides which number is shown.

/** 回拨来电人; 回访; 与承办单位核实、协调; 其他. */
export const callPurposes = ['callBack', 'visit', 'verify', 'other'] as const;
export type CallPurpose = (typeof callPurposes)[number];
