// Words of the survey after a talk in Chinese.

export const surveyZh = {
  'rate.5': '非常满意',
  'rate.4': '满意',
  'rate.3': '基本满意',
  'rate.2': '不满意',
  'rate.1': '非常不满意',
  'rate.none': '未评价',
  'rate.exempt': '不纳入满意率',
  'unhappy.attitude': '态度问题',
  'unhappy.unclear': '答复不清',
  'unhappy.waiting': '等候过久',
  'unhappy.other': '其他',
  'story.survey': '评价',
  'story.SurveyOffered': '{agent} 的通话后请市民评价',
  'story.SurveyAnswered': '市民评价:{grade}',
  'story.SurveyReason': '不满意的原因:{reason}',
  'story.SurveyEnded': '评价结束({by})',
  'story.SurveyExempt': '不纳入满意率:{reason}',
} as const;
