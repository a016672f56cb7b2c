// How a phone is asked to answer by itself.

/** Both spellings in use among desk phones and softphones. */
export const autoAnswerHeaders = {
  'PJSIP_HEADER(add,Call-Info)': '<sip:yihao>;answer-after=0',
  'PJSIP_HEADER(add,Alert-Info)': '<http://yihao>;info=alert-autoanswer',
};
